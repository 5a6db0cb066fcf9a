import { mountPointsBelow } from './unmount-below';

const MOUNTINFO = `22 28 0:21 / /proc rw - proc proc rw
40 28 0:40 / /home/a/.keelson/data/pods/1/volumes/token rw - tmpfs tmpfs rw
41 40 0:41 / /home/a/.keelson/data/pods/1/volumes/token/in\\040ner rw - tmpfs tmpfs rw
42 28 0:42 / /home/a/.keelson-other/data rw - tmpfs tmpfs rw
`;

describe('mountPointsBelow', () => {
  it('names the mounts in a folder, innermost first, and none beside it', () => {
    expect(mountPointsBelow(MOUNTINFO, '/home/a/.keelson')).toEqual([
      '/home/a/.keelson/data/pods/1/volumes/token/in ner',
      '/home/a/.keelson/data/pods/1/volumes/token',
    ]);
  });

  it('finds none where there are none', () => {
    expect(mountPointsBelow(MOUNTINFO, '/var/lib/keelson')).toEqual([]);
  });
});
