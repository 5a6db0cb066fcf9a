/** What only an apiserver needs of the kinds: their rules, schemas and codecs. Clients import `@keelson/api` alone. */
export {
  defineKind,
  type ChangeOrigin,
  type KindConversion,
  type KindDefinition,
  type KindRules,
  type SubresourceRules,
  type TableCell,
  type TableColumn,
  type TableContext,
  type VersionValidation,
} from './define-kind';
export { readPkcs10, type Pkcs10 } from './certificates/v1/certificate-signing-request/pkcs10';
export { conversions, kinds } from './kinds';
export { builtInSchemas } from './schema/built-in-schemas';
export { PatchSchemas } from './schema/patch-schemas';
export { SchemaRegistry, type SchemaTable } from './schema/schema-registry';
export type {
  EmbeddedStruct,
  FieldSchema,
  ListSchema,
  MapSchema,
  Presence,
  ScalarSchema,
  ScalarType,
  SchemaOrSchema,
  ServedGroup,
  ServedResource,
  ServedSubresource,
  StructValueSchema,
  TypeSchema,
  ValueSchema,
} from './schema/type-schema';
export { DecodeError } from './codec/decode-context';
export { duplicateFields } from './codec/duplicate-fields';
export { jsonSyntaxProblem } from './codec/json-syntax-problem';
export { yamlText } from './codec/yaml-text';
export { ObjectDecoder } from './codec/object-decoder';
export { MEDIA_TYPES, RequestDecoder, type Decoded, type DecodeRequest, type FieldValidation } from './codec/request-decoder';
export {
  encodeList,
  encodeStored,
  identityPrefix,
  metadataPrefix,
  resourceVersionField,
  withResourceVersion,
  type ListItem,
} from './codec/stored-json';
export { zeroField } from './codec/zero-values';
export { ENVELOPE_TAIL, envelopeHead, openEnvelope, sealEnvelope, type Envelope } from './protobuf/envelope';
export { ProtobufCodec, resourceVersionMessage, watchFrame } from './protobuf/protobuf-codec';
export { aggregatedDiscovery, AGGREGATED_DISCOVERY, type APIGroupDiscoveryList } from './discovery/aggregated-discovery';
export {
  apiGroup,
  coreVersions,
  groupList,
  resourceList,
  storageVersionHash,
  type APIGroupList,
  type APIResourceList,
  type APIVersions,
  type Served,
} from './discovery/discovery';
export { loadDescriptions } from './openapi/load-descriptions';
export { openApiV2 } from './openapi/openapi-v2';
export { encodeOpenApiV2, OPENAPI_V2_PROTOBUF } from './openapi/openapi-v2-protobuf';
export { documentHash, openApiPath, openApiV3, openApiV3Index, type OpenApiSource } from './openapi/openapi-v3';
export type { Descriptions, OpenApiNode } from './openapi/openapi-schema';
