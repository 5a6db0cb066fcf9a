import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { Container, Sandbox } from '../container-runtime';
import { LABEL, podOf, splitLabels } from './names';

/** Docker's date for what hasn't happened. */
const NEVER = '0001-01-01T00:00:00Z';

/** Reads a sandbox off Docker's list; that says all there is to say. */
export function sandboxOf(info: ContainerInfo): Sandbox {
  const { labels, annotations } = splitLabels(info.Labels);
  return {
    id: info.Id,
    pod: podOf(info.Labels),
    attempt: Number(info.Labels[LABEL.attempt] ?? 0),
    state: info.State === 'running' ? 'ready' : 'not-ready',
    createdAt: info.Created * 1000,
    ips: Object.values(info.NetworkSettings.Networks)
      .map(({ IPAddress }) => IPAddress)
      .filter((address) => address !== ''),
    labels,
    annotations,
  };
}

/** Translates Docker's account of a container into the kubelet's. @param imageId as {@link Container.imageId} */
export function containerOf(info: ContainerInspectInfo, imageId: string): Container {
  const all = info.Config.Labels;
  const { labels, annotations } = splitLabels(all);
  return {
    id: info.Id,
    sandboxId: all[LABEL.sandboxId] ?? '',
    pod: podOf(all),
    name: all[LABEL.containerName] ?? '',
    attempt: Number(all[LABEL.attempt] ?? 0),
    image: all[LABEL.image] ?? info.Config.Image,
    imageId,
    createdAt: Date.parse(info.Created),
    logPath: all[LABEL.logPath] ?? '',
    labels,
    annotations,
    ...lifeOf(info),
  };
}

type Life = Pick<Container, 'state' | 'startedAt' | 'finishedAt' | 'exitCode' | 'reason' | 'message'>;

/** As dockershim: a container that could never be started stays `created` for Docker, and counts as exited for Kubernetes. */
export function lifeOf({ State: state, Created: created }: Pick<ContainerInspectInfo, 'State' | 'Created'>): Life {
  const message = state.Error === '' ? {} : { message: state.Error };
  if (state.Running) return { state: 'running', startedAt: Date.parse(state.StartedAt) };
  if (state.FinishedAt !== NEVER && state.StartedAt !== NEVER)
    return {
      state: 'exited',
      startedAt: Date.parse(state.StartedAt),
      finishedAt: Date.parse(state.FinishedAt),
      exitCode: state.ExitCode,
      reason: state.OOMKilled ? 'OOMKilled' : state.ExitCode === 0 ? 'Completed' : 'Error',
      ...message,
    };
  if (state.ExitCode !== 0) {
    const at = Date.parse(created);
    return { state: 'exited', startedAt: at, finishedAt: at, exitCode: state.ExitCode, reason: 'ContainerCannotRun', ...message };
  }
  return { state: 'created' };
}
