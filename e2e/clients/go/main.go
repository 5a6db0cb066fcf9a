// A controller as operator authors write them: built on client-go, with leader election, a shared informer and protobuf on the wire.
// It keeps, for each ConfigMap labelled copied=yes, a ConfigMap NAME-copy with the same data, owned by the original.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/util/workqueue"
)

const workers = 2

type controller struct {
	client kubernetes.Interface
	lister corelisters.ConfigMapLister
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	exitOn(err)
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	exitOn(err)
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, "default", "copier", resourcelock.ResourceLockConfig{Identity: "go"}, config, 10*time.Second)
	exitOn(err)
	leaderelection.RunOrDie(context.Background(), leaderelection.LeaderElectionConfig{
		Lock:          lock,
		LeaseDuration: 15 * time.Second,
		RenewDeadline: 10 * time.Second,
		RetryPeriod:   2 * time.Second,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) { exitOn(run(ctx, client)) },
			OnStoppedLeading: func() { exitOn(fmt.Errorf("the lease is lost")) },
		},
	})
}

func run(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactoryWithOptions(client, time.Hour,
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "copied=yes" }))
	configMaps := factory.Core().V1().ConfigMaps()
	c := &controller{
		client: client,
		lister: configMaps.Lister(),
		queue:  workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
	}
	enqueue := func(object any) {
		if name, err := cache.DeletionHandlingObjectToName(object); err == nil {
			c.queue.Add(name)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) }, DeleteFunc: enqueue}
	if _, err := configMaps.Informer().AddEventHandler(handler); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	fmt.Println("synced")
	for range workers {
		go c.work(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

func (c *controller) work(ctx context.Context) {
	for {
		name, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		if err := c.reconcile(ctx, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			c.queue.AddRateLimited(name)
		} else {
			c.queue.Forget(name)
		}
		c.queue.Done(name)
	}
}

func (c *controller) reconcile(ctx context.Context, name cache.ObjectName) error {
	original, err := c.lister.ConfigMaps(name.Namespace).Get(name.Name)
	if errors.IsNotFound(err) {
		// Its copy goes with it.
		return nil
	}
	if err != nil {
		return err
	}
	copies := c.client.CoreV1().ConfigMaps(name.Namespace)
	wanted := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name:            name.Name + "-copy",
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(original, corev1.SchemeGroupVersion.WithKind("ConfigMap"))},
		},
		Data: original.Data,
	}
	present, err := copies.Get(ctx, wanted.Name, metav1.GetOptions{})
	switch {
	case errors.IsNotFound(err):
		_, err = copies.Create(ctx, wanted, metav1.CreateOptions{})
	case err == nil && !maps.Equal(present.Data, wanted.Data):
		changed := present.DeepCopy()
		changed.Data = wanted.Data
		_, err = copies.Update(ctx, changed, metav1.UpdateOptions{})
	}
	return err
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
