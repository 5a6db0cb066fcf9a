export {
  EndpointSliceController,
  type EndpointSliceControllerDeps,
  type EndpointSliceControllerOptions,
} from './endpoint-slice-controller';
export {
  EndpointSliceMirroringController,
  type EndpointSliceMirroringControllerDeps,
  type EndpointSliceMirroringOptions,
} from './endpoint-slice-mirroring-controller';
