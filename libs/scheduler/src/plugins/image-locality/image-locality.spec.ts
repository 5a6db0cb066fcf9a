import type { Node } from '@keelson/api';
import { podStateOf } from '../../state/pod-state';
import { testCache, testNode, testPod } from '../../testing/objects';
import { ImageLocality } from './image-locality';

const MB = 1024 * 1024;

function nodeWith(name: string, ...images: { names: string[]; sizeBytes: number }[]): Node {
  const node = testNode(name);
  return { ...node, status: { ...node.status, images } };
}

const pod = (...images: string[]) => podStateOf(testPod('p', { containers: images.map((image, index) => ({ name: `c${index}`, image })) }));

const web = (megabytes: number) => ({ names: ['registry/web:latest', 'registry/web@sha256:00'], sizeBytes: megabytes * MB });

it.each([
  ['an image of 500 MB', 500, ['registry/web'], 48],
  ['one too small to matter', 22, ['registry/web:latest'], 0],
  ['one larger than counts', 5000, ['registry/web@sha256:00'], 100],
  ['one of two containers', 500, ['registry/web', 'registry/other'], 24],
  ['another tag', 500, ['registry/web:1'], 0],
])('scores %s', (_what, megabytes, images, expected) => {
  const cache = testCache(nodeWith('n', web(megabytes)));
  expect(new ImageLocality(cache).score(pod(...images), cache.nodes[0]!)).toBe(expected);
});

it('counts an image by the part of the nodes that have it now', () => {
  const cache = testCache(nodeWith('a', web(1000)), nodeWith('b'), nodeWith('c'), nodeWith('d'));
  const score = () => new ImageLocality(cache).score(pod('registry/web'), cache.nodes[0]!);
  expect(score()).toBe(23);
  cache.setNode(nodeWith('b', web(1000)));
  expect(score()).toBe(48);
  cache.setNode(nodeWith('b'));
  cache.removeNode('c');
  expect(score()).toBe(31);
});
