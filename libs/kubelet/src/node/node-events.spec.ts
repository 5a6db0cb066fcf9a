import type { NodeCondition, NodeStatus } from '@keelson/api';
import type { EventRecorder } from '@keelson/controller-runtime';
import type { ReadonlyNode } from '../pod/types';
import { NodeEvents } from './node-events';

const condition = (type: string, status: string): NodeCondition => ({ type, status });

const WELL = [
  condition('MemoryPressure', 'False'),
  condition('DiskPressure', 'False'),
  condition('PIDPressure', 'False'),
  condition('Ready', 'True'),
];

const node = (status: NodeStatus = {}, unschedulable = false): ReadonlyNode => ({
  metadata: { name: 'node-1', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { unschedulable },
  status,
});

describe('NodeEvents', () => {
  let told: string[];
  let objects: unknown[];
  let events: NodeEvents;

  beforeEach(() => {
    told = [];
    objects = [];
    const recorder: EventRecorder = {
      event: (object, type, reason, message) => {
        objects.push(object);
        told.push(`${type} ${reason}: ${message}`);
      },
    };
    events = new NodeEvents(recorder, 'node-1');
  });

  it('names the node by its name also where others would by its uid', () => {
    for (let registrations = 0; registrations < 2; registrations += 1) events.started();
    expect(told).toEqual(['Normal Starting: Starting kubelet.']);
    expect(objects).toMatchObject([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', uid: 'node-1' } }]);
  });

  it('tells the first verdict on each pressure, and of readiness only its changes', () => {
    events.statusChanges(node(), { conditions: WELL });
    expect(told).toEqual([
      'Normal NodeHasSufficientMemory: Node node-1 status is now: NodeHasSufficientMemory',
      'Normal NodeHasNoDiskPressure: Node node-1 status is now: NodeHasNoDiskPressure',
      'Normal NodeHasSufficientPID: Node node-1 status is now: NodeHasSufficientPID',
    ]);
    events.statusChanges(node({ conditions: WELL }), { conditions: WELL });
    expect(told).toHaveLength(3);
    events.statusChanges(node({ conditions: WELL }), { conditions: [condition('DiskPressure', 'True'), condition('Ready', 'False')] });
    expect(told.slice(3)).toEqual([
      'Normal NodeHasDiskPressure: Node node-1 status is now: NodeHasDiskPressure',
      'Normal NodeNotReady: Node node-1 status is now: NodeNotReady',
    ]);
  });

  it('tells that it is ready again after the node controller had given it up', () => {
    events.statusChanges(node({ conditions: [condition('Ready', 'Unknown')] }), { conditions: [condition('Ready', 'True')] });
    expect(told).toEqual(['Normal NodeReady: Node node-1 status is now: NodeReady']);
  });

  it('tells of a cordon and of its end once each, also of one from before it started', () => {
    for (const unschedulable of [true, true, false, false]) events.statusChanges(node({}, unschedulable), {});
    expect(told).toEqual([
      'Normal NodeNotSchedulable: Node node-1 status is now: NodeNotSchedulable',
      'Normal NodeSchedulable: Node node-1 status is now: NodeSchedulable',
    ]);
  });

  it('tells of a reboot once, and not of a node that is new', () => {
    const booted = (bootID: string): NodeStatus => ({ nodeInfo: { bootID } as NodeStatus['nodeInfo'] & object });
    events.statusChanges(node(), booted('b'));
    expect(told).toEqual([]);
    for (let looks = 0; looks < 2; looks += 1) events.statusChanges(node(booted('a')), booted('b'));
    expect(told).toEqual(['Warning Rebooted: Node node-1 has been rebooted, boot id: b']);
  });
});
