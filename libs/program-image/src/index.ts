export { programImage, type ProgramImageOptions } from './program-image';
