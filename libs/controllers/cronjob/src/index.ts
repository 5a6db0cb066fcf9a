export { CronJobController, type CronJobControllerDeps } from './cronjob-controller';
