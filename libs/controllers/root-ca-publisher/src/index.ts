export { RootCaPublisher, type RootCaPublisherDeps } from './root-ca-publisher';
