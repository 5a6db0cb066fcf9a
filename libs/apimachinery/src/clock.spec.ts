import { systemClock } from './clock';

const DAY = 24 * 60 * 60 * 1000;

describe('systemClock.setTimeout', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits for longer than Node can, once', () => {
    const ring = jest.fn();
    systemClock.setTimeout(ring, 60 * DAY);
    jest.advanceTimersByTime(60 * DAY - 1);
    expect(ring).not.toHaveBeenCalled();
    jest.advanceTimersByTime(60 * DAY);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled at any time of a long wait', () => {
    const ring = jest.fn();
    const cancel = systemClock.setTimeout(ring, 60 * DAY);
    jest.advanceTimersByTime(30 * DAY);
    cancel();
    jest.advanceTimersByTime(60 * DAY);
    expect(ring).not.toHaveBeenCalled();
  });
});
