import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import { csidrivers, persistentvolumeclaims, persistentvolumes, pods, type Pod, type TokenRequest, type Volume } from '@keelson/api';
import type { Authorizer } from '../../../authorization/authorizer';
import type { AdmissionAttributes } from '../../admission-plugin';
import { forbid } from '../../forbid';
import type { StoredObjects } from '../../stored-objects';

/**
 * A node gets tokens only for pods that are on it, bound to them, and only for audiences that their volumes ask for
 * (KEP-4412's ServiceAccountNodeAudienceRestriction) or that it was granted by the verb `request-serviceaccounts-token-audience`.
 */
export class TokenRestriction {
  readonly #objects: StoredObjects;
  readonly #authorizer: Authorizer;

  constructor(objects: StoredObjects, authorizer: Authorizer) {
    this.#objects = objects;
    this.#authorizer = authorizer;
  }

  async check(node: string, attributes: AdmissionAttributes): Promise<void> {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return;
    const { spec } = attributes.object as TokenRequest & typeof attributes.object;
    const { apiVersion, kind, name = '', uid = '' } = spec.boundObjectRef ?? {};
    if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') throw forbid(attributes, 'node requested token not bound to a pod');
    if (uid === '') throw forbid(attributes, 'node requested token with a pod binding without a uid');
    const pod = await this.#objects.read(pods, { namespace: attributes.namespace, name });
    if (pod === undefined) throw StatusError.notFound(pods, name);
    if (uid !== pod.metadata.uid)
      throw forbid(
        attributes,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    if (pod.spec.nodeName !== node) throw forbid(attributes, 'node requested token bound to a pod scheduled on a different node');
    await this.#checkAudience(attributes, pod, spec.audiences ?? []);
  }

  async #checkAudience(attributes: AdmissionAttributes, pod: DeepReadonly<Pod>, audiences: readonly string[]): Promise<void> {
    if (audiences.length > 1) throw forbid(attributes, 'node may only request 0 or 1 audiences');
    const audience = audiences[0] ?? '';
    if ((pod.spec.volumes ?? []).some((volume) => this.#asksFor(volume, pod, audience))) return;
    const { name, namespace, user } = attributes;
    const rest = {
      isResourceRequest: true,
      path: '',
      apiGroup: '',
      apiVersion: 'v1',
      subresource: '',
      labelSelector: '',
      fieldSelector: '',
    };
    const verb = 'request-serviceaccounts-token-audience';
    const { verdict } = await this.#authorizer.authorize(user, { ...rest, verb, namespace, resource: audience, name });
    if (verdict !== 'allow')
      throw forbid(
        attributes,
        `audience ${JSON.stringify(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`,
      );
  }

  #asksFor(volume: DeepReadonly<Volume>, pod: DeepReadonly<Pod>, audience: string): boolean {
    const sources = volume.projected?.sources ?? [];
    if (sources.some(({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience)) return true;
    const driver = this.#objects.peek(csidrivers, { name: this.#driverOf(volume, pod) });
    return (driver?.spec.tokenRequests ?? []).some((request) => request.audience === audience);
  }

  /** The CSI driver behind a volume; empty if there is none, or none is known yet. */
  #driverOf({ csi, ephemeral, name, persistentVolumeClaim }: DeepReadonly<Volume>, { metadata }: DeepReadonly<Pod>): string {
    if (csi !== undefined) return csi.driver;
    const claimName = ephemeral?.volumeClaimTemplate === undefined ? persistentVolumeClaim?.claimName : `${metadata.name}-${name}`;
    if (claimName === undefined) return '';
    const claim = this.#objects.peek(persistentvolumeclaims, { namespace: metadata.namespace ?? '', name: claimName });
    const volume = this.#objects.peek(persistentvolumes, { name: claim?.spec.volumeName ?? '' });
    return volume?.spec.csi?.driver ?? '';
  }
}
