export {
  EndpointSliceController,
  type EndpointSliceControllerDeps,
  type EndpointSliceControllerOptions,
} from './endpoint-slice-controller';
