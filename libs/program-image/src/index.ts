export { programImage, repositoryOf, type ProgramImageOptions } from './program-image';
