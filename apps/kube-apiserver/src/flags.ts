import { flag, secureServingFlags } from '@keelson/component-base';

const GENERIC = 'Generic';
const STORE = 'Etcd';
const AUTHENTICATION = 'Authentication';
const AUTHORIZATION = 'Authorization';
const ADMISSION = 'Admission';
const MISC = 'Misc';

/** kube-apiserver's flags: upstream's names, forms and defaults, as far as they do something here. */
export const flags = {
  'advertise-address': flag.ip({
    section: GENERIC,
    usage: "The address at which members of the cluster reach this server; the host's own if not given",
  }),
  'max-requests-inflight': flag.int({
    section: GENERIC,
    usage: 'The most reading requests under way at once; 0 for no limit',
    default: 400,
  }),
  'max-mutating-requests-inflight': flag.int({
    section: GENERIC,
    usage: 'The most writing requests under way at once; 0 for no limit',
    default: 200,
  }),
  'min-request-timeout': flag.int({
    section: GENERIC,
    usage: 'Seconds that a watch lasts at least, if its client does not say',
    default: 1800,
  }),
  'request-timeout': flag.duration({
    section: GENERIC,
    usage: 'How long a request may take that is no watch or the like',
    default: 60_000,
  }),
  'shutdown-delay-duration': flag.duration({
    section: GENERIC,
    usage: 'How long to go on serving after being told to stop, so that balancers notice',
    default: 0,
  }),

  'storage-backend': flag.choice(['etcd3', 'lmdb'])({
    section: STORE,
    usage: 'Where objects are kept: an etcd cluster, or an embedded store for this one server',
    default: 'etcd3',
  }),
  'data-dir': flag.string({ section: STORE, usage: 'The folder of the embedded store' }),
  'etcd-servers': flag.strings({ section: STORE, usage: 'Etcd servers, as URLs' }),
  'etcd-prefix': flag.string({ section: STORE, usage: 'What all keys in etcd begin with', default: '/registry' }),
  'etcd-cafile': flag.string({ section: STORE, usage: "The authority of etcd's certificates" }),
  'etcd-certfile': flag.string({ section: STORE, usage: 'The certificate to show to etcd' }),
  'etcd-keyfile': flag.string({ section: STORE, usage: "The key of etcd's client certificate" }),
  'event-ttl': flag.duration({ section: STORE, usage: 'How long Events are kept; 0 for ever', default: 3_600_000 }),
  'etcd-compaction-interval': flag.duration({
    section: STORE,
    usage: 'How often old revisions are forgotten; 0 for never',
    default: 300_000,
  }),

  ...secureServingFlags,
  'secure-port': flag.int({ section: 'Secure serving', usage: 'The port to listen on', default: 6443 }),

  'anonymous-auth': flag.bool({
    section: AUTHENTICATION,
    usage: 'Whether requests without credentials are taken, as system:anonymous',
    default: true,
  }),
  'api-audiences': flag.strings({ section: AUTHENTICATION, usage: 'The audiences of service account tokens; the issuer if not given' }),
  'client-ca-file': flag.string({ section: AUTHENTICATION, usage: 'The authorities whose client certificates are taken' }),
  'service-account-issuer': flag.stringArray({
    section: AUTHENTICATION,
    usage: 'Who issues service account tokens; the first signs, all are taken',
  }),
  'service-account-key-file': flag.stringArray({ section: AUTHENTICATION, usage: 'Keys whose service account tokens are taken' }),
  'service-account-max-token-expiration': flag.duration({
    section: AUTHENTICATION,
    usage: 'How long service account tokens are valid at most, whatever is asked for; 0 for no bound',
    default: 0,
  }),
  'service-account-extend-token-expiration': flag.bool({
    section: AUTHENTICATION,
    usage: 'Whether the tokens that every pod is given work for a year, although the pod is told an hour',
    default: true,
  }),
  'service-account-signing-key-file': flag.string({ section: AUTHENTICATION, usage: 'The key that signs service account tokens' }),
  'token-auth-file': flag.string({ section: AUTHENTICATION, usage: 'A CSV file of fixed tokens: token,user,uid,"group1,group2"' }),

  'authorization-mode': flag.strings({
    section: AUTHORIZATION,
    usage: 'In order: AlwaysAllow, AlwaysDeny, Node, RBAC',
    default: ['AlwaysAllow'],
  }),

  'allow-privileged': flag.bool({ section: MISC, usage: 'Whether pods may have privileged containers' }),
  'default-not-ready-toleration-seconds': flag.int({
    section: MISC,
    usage: 'How long pods stay on a node that is not ready, if they do not say',
    default: 300,
  }),
  'default-unreachable-toleration-seconds': flag.int({
    section: MISC,
    usage: 'How long pods stay on a node that can not be reached, if they do not say',
    default: 300,
  }),
  'enable-admission-plugins': flag.strings({ section: ADMISSION, usage: 'Admission plugins to run beside the default ones' }),
  'disable-admission-plugins': flag.strings({ section: ADMISSION, usage: 'Default admission plugins not to run' }),

  'kubelet-certificate-authority': flag.string({
    section: MISC,
    usage: "The authority of kubelets' certificates; not checked if not given",
  }),
  'kubelet-client-certificate': flag.string({ section: MISC, usage: 'The certificate to show to kubelets' }),
  'kubelet-client-key': flag.string({ section: MISC, usage: 'Its key' }),
  'service-cluster-ip-range': flag.string({ section: MISC, usage: 'The addresses of Services', default: '10.0.0.0/24' }),
  'service-node-port-range': flag.portRange({
    section: MISC,
    usage: 'The ports of Services on nodes',
    default: { first: 30000, last: 32767 },
  }),
};
