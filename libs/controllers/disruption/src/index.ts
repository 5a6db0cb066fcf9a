export { DisruptionController, type DisruptionControllerDeps } from './disruption-controller';
export { lookUpScale } from './look-up-scale';
