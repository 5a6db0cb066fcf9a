import type { Pod } from '../../../generated/core/v1';
import { storedMeta } from '../../../testing/problems';
import { testContainer, testPod } from '../../../testing/pods';
import { imageTag } from '../pod-spec/image-tag';
import { defaultPod } from './defaults';

describe('defaultPod', () => {
  it('fills in what a bare pod leaves out, and changes nothing the second time', () => {
    const pod = testPod({
      containers: [testContainer({ livenessProbe: { httpGet: { port: 80 } }, ports: [{ containerPort: 80 }] })],
      volumes: [{ name: 'scratch' }, { name: 'keys', secret: { secretName: 's' } }],
    });
    expect(pod.spec).toMatchObject({
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      securityContext: {},
      containers: [
        {
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          livenessProbe: {
            httpGet: { port: 80, path: '/', scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
        },
      ],
      volumes: [
        { name: 'scratch', emptyDir: {} },
        { name: 'keys', secret: { secretName: 's', defaultMode: 0o644 } },
      ],
    });
    const once = structuredClone(pod);
    defaultPod(pod);
    expect(pod).toEqual(once);
  });

  it('requests what is limited, and rounds up to thousandths', () => {
    const pod = testPod({
      containers: [testContainer({ resources: { limits: { cpu: '0.0005', memory: '1024Mi' }, requests: { cpu: '0' } } })],
    });
    expect(pod.spec.containers[0]?.resources).toEqual({ limits: { cpu: '1m', memory: '1Gi' }, requests: { cpu: '0', memory: '1Gi' } });
  });

  it('requests for a pod with limits of its own what its containers request, or all of it', () => {
    const containers = [
      testContainer({ resources: { requests: { cpu: '250m' } } }),
      testContainer({ name: 'b', resources: { requests: { cpu: '1' } } }),
    ];
    expect(testPod({ containers, resources: { limits: { cpu: '2', memory: '1Gi' } } }).spec.resources?.requests).toEqual({
      cpu: '1250m',
      memory: '1Gi',
    });
  });

  it('writes the address of a pod in its old form and in its new one', () => {
    expect(testPod({}, { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } }).status?.podIP).toBe('10.0.0.1');
    expect(testPod({}, { status: { podIP: '10.0.0.1' } }).status?.podIPs).toEqual([{ ip: '10.0.0.1' }]);
  });

  it('gives a container on the host network the ports of the host', () => {
    const pod = testPod({ hostNetwork: true, containers: [testContainer({ ports: [{ containerPort: 80 }] })] });
    expect(pod.spec.containers[0]?.ports?.[0]?.hostPort).toBe(80);
  });

  it('survives a pod without a spec, which validation refuses', () => {
    const pod = { metadata: storedMeta() } as unknown as Pod;
    expect(() => defaultPod(pod)).not.toThrow();
  });
});

describe('imageTag', () => {
  it.each([
    ['nginx', 'latest'],
    ['nginx:1.27', '1.27'],
    ['registry:5000/nginx', 'latest'],
    ['registry:5000/team/nginx:v1', 'v1'],
    ['nginx@sha256:abc', ''],
    ['nginx:1@sha256:abc', '1'],
  ])('of %s is %j', (image, tag) => expect(imageTag(image)).toBe(tag));
});
