import { text } from 'node:stream/consumers';
import { HtmlLinkRewriter } from './html-link-rewriter';

async function rewritten(...chunks: readonly string[]): Promise<string> {
  const rewriter = new HtmlLinkRewriter((link) => `<${link}>`);
  const result = text(rewriter);
  for (const chunk of chunks) rewriter.write(Buffer.from(chunk));
  rewriter.end();
  return result;
}

describe('HtmlLinkRewriter', () => {
  it.each([
    ['links', '<a class="x" href="/b">/b</a>', '<a class="x" href="</b>">/b</a>'],
    ['values in other quotes and in none', `<img src='/b'><img src=/c>`, `<img src='</b>'><img src=</c>>`],
    ['names in any case', '<A HREF="/b">', '<A HREF="</b>">'],
    ['elements that end themselves', '<link href="/b"/>', '<link href="</b>"/>'],
    ['a value with a tag in it', '<a title="<b>" href="/b">', '<a title="<b>" href="</b>">'],
    [
      'several attributes of an element',
      '<form action="/f"><input src="/s" formaction="/a">',
      '<form action="</f>"><input src="</s>" formaction="</a>">',
    ],
    ['a script with its address', '<script src="/s.js"></script>', '<script src="</s.js>"></script>'],
    ['what follows raw text', '<title><a href="/t"></title><a href="/b">', '<title><a href="/t"></title><a href="</b>">'],
  ])('rewrites %s', async (_, html, expected) => {
    expect(await rewritten(html)).toBe(expected);
  });

  it.each([
    ['comments', '<!-- <a href="/b"> -->'],
    ['scripts', '<script>x = \'<a href="/b">\';</script>'],
    ['attributes that are no links', '<p href="/b" data="/c"><a name="/d">'],
    ['text with lone brackets', 'a < b && c > d <3 <'],
    ['a tag that never ends', '<a href="/b'],
    ['letters of any encoding', 'Grüße – 你好'],
  ])('leaves %s alone', async (_, html) => {
    expect(await rewritten(html)).toBe(html);
  });

  it('finds links wherever the page is cut', async () => {
    const html = '<!DOCTYPE html><!-- <a href="/c"> --><body background="/x"><script>"</scr"</script><a\nhref="/b">ü</a>';
    const expected = await rewritten(html);
    expect(expected).toContain('href="</b>"');
    for (let cut = 1; cut < html.length; cut++) expect(await rewritten(html.slice(0, cut), html.slice(cut))).toBe(expected);
  });

  it('does not hold a page back for a tag that is too long', async () => {
    const rewriter = new HtmlLinkRewriter((link) => link);
    rewriter.write(`<a ${'x'.repeat(100_000)}`);
    expect((rewriter.read() as Buffer).length).toBeGreaterThan(30_000);
    rewriter.destroy();
  });
});
