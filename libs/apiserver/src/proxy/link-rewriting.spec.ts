import { rewriteLink } from './link-rewriting';

const PAGE = { prefix: '/api/v1/namespaces/default/pods/web/proxy', backendHost: '10.0.0.7:80', requestHost: 'cluster:6443' };

describe('rewriteLink', () => {
  it.each([
    ['/index.html', `${PAGE.prefix}/index.html`],
    ['/', `${PAGE.prefix}/`],
    ['/search?q=a#top', `${PAGE.prefix}/search?q=a#top`],
    ['http://10.0.0.7:80/a', `${PAGE.prefix}/a`],
    ['//10.0.0.7:80/a', `${PAGE.prefix}/a`],
    ['https://cluster:6443/a', `https://cluster:6443${PAGE.prefix}/a`],
  ])('leads %s through the proxy', (link, expected) => {
    expect(rewriteLink(link, PAGE)).toBe(expected);
  });

  it.each([
    'a.html',
    '../a',
    '#top',
    '?q=1',
    '',
    'mailto:someone@example.org',
    'https://example.org/a',
    '//example.org/a',
    `${PAGE.prefix}/a`,
  ])('leaves %s as it is', (link) => {
    expect(rewriteLink(link, PAGE)).toBe(link);
  });
});
