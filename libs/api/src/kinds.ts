import { configMap } from './core/v1/config-map/strategy';
import { pod } from './core/v1/pod/strategy';
import type { KindDefinition } from './define-kind';

/** Every kind that declares something of its own. A served resource that is not here gets the generic registry's behaviour. */
export const kinds: readonly KindDefinition[] = [configMap, pod] as readonly KindDefinition[];
