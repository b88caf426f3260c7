package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	toolswatch "k8s.io/client-go/tools/watch"
)

var configMapResource = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

func makeConfigMap(ctx context.Context, client kubernetes.Interface, namespace, name string) error {
	_, err := client.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"a": "b"},
	}, metav1.CreateOptions{})
	return err
}

func pages(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	for i := range 7 {
		if err := makeConfigMap(ctx, client, namespace, fmt.Sprintf("m%d", i)); err != nil {
			return err
		}
	}
	seen, next := 0, ""
	for {
		list, err := client.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{Limit: 3, Continue: next})
		if err != nil {
			return err
		}
		if seen == 0 {
			if err := want("remaining", *list.RemainingItemCount, 4); err != nil {
				return err
			}
		}
		seen += len(list.Items)
		if next = list.Continue; next == "" {
			return want("seen", seen, 7)
		}
	}
}

func watches(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	maps := client.CoreV1().ConfigMaps(namespace)
	yes := true
	w, err := maps.Watch(ctx, metav1.ListOptions{
		SendInitialEvents: &yes, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: true,
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	bookmark := <-w.ResultChan()
	m, isMap := bookmark.Object.(*corev1.ConfigMap)
	if bookmark.Type != watch.Bookmark || !isMap || m.Annotations[metav1.InitialEventsAnnotationKey] != "true" {
		return fmt.Errorf("no bookmark at the end of what was there: %v", bookmark)
	}
	if err := makeConfigMap(ctx, client, namespace, "w"); err != nil {
		return err
	}
	added := <-w.ResultChan()
	if err := maps.Delete(ctx, "w", metav1.DeleteOptions{}); err != nil {
		return err
	}
	deleted := <-w.ResultChan()
	old, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: "1"})
	if err != nil {
		return err
	}
	defer old.Stop()
	start := <-old.ResultChan()
	if start.Type == watch.Error {
		if _, isStatus := start.Object.(*metav1.Status); !isStatus {
			return fmt.Errorf("an error that is no status: %T", start.Object)
		}
	}
	return first(
		want("first", added.Type, watch.Added),
		want("its data", added.Object.(*corev1.ConfigMap).Data["a"], "b"),
		want("then", deleted.Type, watch.Deleted),
	)
}

func partialObjects(ctx context.Context, config *rest.Config, namespace string) error {
	if err := makeConfigMap(ctx, typed(config), namespace, "m"); err != nil {
		return err
	}
	client := metadata.NewForConfigOrDie(metadata.ConfigFor(config)).Resource(configMapResource).Namespace(namespace)
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	one, err := client.Get(ctx, "m", metav1.GetOptions{})
	if err != nil {
		return err
	}
	w, err := client.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer w.Stop()
	event := <-w.ResultChan()
	seen, isPartial := event.Object.(*metav1.PartialObjectMetadata)
	return first(
		want("listed", len(list.Items), 1),
		want("uid", list.Items[0].UID, one.UID),
		want("watched", isPartial && seen.UID == one.UID, true),
	)
}

func dynamically(ctx context.Context, config *rest.Config, namespace string) error {
	client := dynamic.NewForConfigOrDie(config).Resource(configMapResource).Namespace(namespace)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "d"}, "data": map[string]any{"a": "b"},
	}}
	made, err := client.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	applied, err := client.Apply(ctx, "d", object, metav1.ApplyOptions{FieldManager: "dyn", Force: true})
	if err != nil {
		return err
	}
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	return first(
		want("uid", applied.GetUID(), made.GetUID()),
		want("listed", len(list.Items), 1),
		client.Delete(ctx, "d", metav1.DeleteOptions{}),
	)
}

func discoveries(_ context.Context, config *rest.Config, _ string) error {
	version, err := discovery.NewDiscoveryClientForConfigOrDie(speaking(config, "application/json")).ServerVersion()
	if err != nil {
		return err
	}
	if _, err := discovery.NewDiscoveryClientForConfigOrDie(speaking(config, protobuf)).ServerVersion(); err == nil {
		return fmt.Errorf("the version is there as protobuf, which it isn't upstream")
	}
	for _, contentType := range []string{"application/json", protobuf} {
		client := discovery.NewDiscoveryClientForConfigOrDie(speaking(config, contentType))
		resources, err := client.ServerResourcesForGroupVersion("apps/v1")
		if err != nil {
			return err
		}
		_, all, err := client.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		client.UseLegacyDiscovery = true
		groups, err := client.ServerGroups()
		if err != nil {
			return err
		}
		if err := first(
			want("minor", version.Minor, "36"),
			want("apps/v1 has resources", len(resources.APIResources) > 0, true),
			want("all have resources", len(all) > 3, true),
			want("core comes first", groups.Groups[0].Name, ""),
		); err != nil {
			return err
		}
	}
	return nil
}

// arrival runs an informer until it has told of an object that is made once it has synced.
func arrival(ctx context.Context, informer cache.SharedIndexInformer, start func(<-chan struct{}), mk func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	told := make(chan struct{}, 16)
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { told <- struct{}{} }})
	if err != nil {
		return err
	}
	start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return errors.New("never synced")
	}
	if err := mk(); err != nil {
		return err
	}
	select {
	case <-told:
		return want("cached", len(informer.GetStore().List()), 1)
	case <-ctx.Done():
		return errors.New("never told")
	}
}

func typedInformer(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	return arrival(ctx, factory.Core().V1().ConfigMaps().Informer(), factory.Start, func() error {
		return makeConfigMap(ctx, client, namespace, "i")
	})
}

func dynamicInformer(ctx context.Context, config *rest.Config, namespace string) error {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0, namespace, nil)
	return arrival(ctx, factory.ForResource(configMapResource).Informer(), factory.Start, func() error {
		return makeConfigMap(ctx, typed(config), namespace, "i")
	})
}

// streamedList lets a reflector fill its store from a watch that begins with what is there, and looks at what it asked for.
func streamedList(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	for i := range 3 {
		if err := makeConfigMap(ctx, client, namespace, fmt.Sprintf("s%d", i)); err != nil {
			return err
		}
	}
	lists := 0
	maps := client.CoreV1().ConfigMaps(namespace)
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			lists++
			return maps.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return maps.Watch(ctx, o)
		},
	}
	store := cache.NewStore(cache.MetaNamespaceKeyFunc)
	reflector := cache.NewReflector(cache.ToListWatcherWithWatchListSemantics(source, client), &corev1.ConfigMap{}, store, 0)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ended := make(chan struct{})
	go func() { reflector.RunWithContext(ctx); close(ended) }()
	for len(store.List()) < 3 && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	<-ended
	return first(want("stored", len(store.List()), 3), want("lists", lists, 0))
}

// retriedWatch ends a watch by its own time limit, and goes on where it was.
func retriedWatch(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	maps := client.CoreV1().ConfigMaps(namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	starts, second := 0, int64(1)
	source := &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		starts++
		o.TimeoutSeconds = &second
		return maps.Watch(ctx, o)
	}}
	w, err := toolswatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, source)
	if err != nil {
		return err
	}
	defer w.Stop()
	if err := makeConfigMap(ctx, client, namespace, "one"); err != nil {
		return err
	}
	one := <-w.ResultChan()
	time.Sleep(1200 * time.Millisecond)
	if err := makeConfigMap(ctx, client, namespace, "two"); err != nil {
		return err
	}
	two := <-w.ResultChan()
	return first(
		want("first", one.Object.(*corev1.ConfigMap).Name, "one"),
		want("second", two.Object.(*corev1.ConfigMap).Name, "two"),
		want("watched again", starts > 1, true),
	)
}

// leaderElection lets one candidate lead, give up, and another follow.
func leaderElection(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	for _, candidate := range []string{"one", "two"} {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", client.CoreV1(), client.CoordinationV1(),
			resourcelock.ResourceLockConfig{Identity: candidate})
		if err != nil {
			return err
		}
		term, resign := context.WithTimeout(ctx, 15*time.Second)
		led := false
		leaderelection.RunOrDie(term, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 6 * time.Second, RenewDeadline: 4 * time.Second, RetryPeriod: 500 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) {
					led = true
					// Between two renewals, so that none is under way when the lease is given up.
					time.Sleep(200 * time.Millisecond)
					resign()
				},
				OnStoppedLeading: func() {},
			},
		})
		resign()
		if !led {
			return fmt.Errorf("%s never led", candidate)
		}
	}
	return nil
}
