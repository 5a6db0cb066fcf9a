export { JobController, type JobControllerDeps } from './job-controller';
