/** What only an apiserver needs of the kinds: their rules, schemas and codecs. Clients import `@keelson/api` alone. */
export {
  defineKind,
  type KindDefinition,
  type KindRules,
  type SubresourceRules,
  type TableCell,
  type TableColumn,
  type TableContext,
} from './define-kind';
export { kinds } from './kinds';
