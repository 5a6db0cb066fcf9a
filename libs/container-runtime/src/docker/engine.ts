import type Docker from 'dockerode';
import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { callEngine } from './engine-errors';
import type { Surroundings } from './container-spec';

/** How a kubelet on Docker keeps logs, as upstream's containerLogMaxSize and containerLogMaxFiles. */
const LOG_LIMITS = { maxSize: '10m', maxFiles: 5 } as const;

export interface EngineOptions {
  readonly docker: Docker;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The engine, and what is found out about it once. */
export class Engine {
  readonly docker: Docker;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
  #cgroupDriver: 'cgroupfs' | 'systemd' | undefined;
  /** Undefined until a sandbox's start has shown it. */
  #negativeOomScores: boolean | undefined;

  constructor({ docker, node, clock, log }: EngineOptions) {
    this.docker = docker;
    this.node = node;
    this.clock = clock;
    this.log = log;
  }

  async cgroupDriver(): Promise<'cgroupfs' | 'systemd'> {
    if (this.#cgroupDriver === undefined) {
      const info = (await callEngine(() => this.docker.info())) as { CgroupDriver?: string };
      this.#cgroupDriver = info.CgroupDriver === 'systemd' ? 'systemd' : 'cgroupfs';
    }
    return this.#cgroupDriver;
  }

  async surroundings(): Promise<Surroundings> {
    return {
      node: this.node,
      cgroupDriver: await this.cgroupDriver(),
      negativeOomScores: this.#negativeOomScores ?? true,
      log: LOG_LIMITS,
    };
  }

  get negativeOomScores(): boolean | undefined {
    return this.#negativeOomScores;
  }

  /** Remembers what a sandbox's start has shown, and says once that containers do without. */
  learnNegativeOomScores(possible: boolean): void {
    if (!possible && this.#negativeOomScores !== false)
      this.log.warn(
        'The container engine may not lower OOM scores, which takes CAP_SYS_RESOURCE: containers run with 0 instead of a negative score',
      );
    this.#negativeOomScores = possible;
  }
}
