package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/conversion"
)

// isConverted has a webhook of controller-runtime's convert cargo, and writes and reads it in both versions.
func isConverted(ctx context.Context, user client.Client, manager ctrl.Manager) error {
	bundle, url, err := serveConversion(ctx, manager)
	if err != nil {
		return err
	}
	if err := defineCargo(ctx, user, bundle, url); err != nil {
		return err
	}
	meta := metav1.ObjectMeta{Namespace: namespace, Name: "tea"}
	if err := user.Create(ctx, &CargoV2{ObjectMeta: meta, Spec: CargoV2Spec{Weight: "12kg", From: "Assam"}}); err != nil {
		return err
	}
	var stored Cargo
	if err := user.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "tea"}, &stored); err != nil {
		return err
	}
	if stored.Spec != (CargoSpec{Kilograms: 12, From: "Assam"}) {
		return fmt.Errorf("stored as %v", stored.Spec)
	}
	stored.Spec.Kilograms = 13
	if err := user.Update(ctx, &stored); err != nil {
		return err
	}
	// The cache lists and watches the version that isn't stored.
	if err := until(ctx, func() (bool, error) {
		var seen CargoV2List
		err := manager.GetClient().List(ctx, &seen, client.InNamespace(namespace))
		return err == nil && len(seen.Items) == 1 && seen.Items[0].Spec.Weight == "13kg", err
	}); err != nil {
		return err
	}
	lost := &CargoV2{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "lost"}, Spec: CargoV2Spec{Weight: "some"}}
	if err := user.Create(ctx, lost); err == nil || !strings.Contains(err.Error(), `no weight: "some"`) {
		return fmt.Errorf("not refused: %v", err)
	}
	return user.Delete(ctx, &CargoV2{ObjectMeta: meta})
}

// serveConversion serves the conversions that the manager's scheme knows.
func serveConversion(ctx context.Context, manager ctrl.Manager) (bundle []byte, url string, err error) {
	dir, err := os.MkdirTemp("", "tiphys-conversion-")
	if err != nil {
		return nil, "", err
	}
	if bundle, err = writeCertificate(dir); err != nil {
		return nil, "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return nil, "", err
	}
	server := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: dir})
	server.Register("/convert", conversion.NewWebhookHandler(manager.GetScheme(), conversion.NewRegistry()))
	go func() {
		defer os.RemoveAll(dir)
		if err := server.Start(ctx); err != nil {
			fmt.Println("not ok the webhook serves:", err)
		}
	}()
	return bundle, fmt.Sprintf("https://127.0.0.1:%d/convert", port), until(ctx, func() (bool, error) { return server.StartedChecker()(nil) == nil, nil })
}

func writeCertificate(dir string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	keyDer, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(filepath.Join(dir, "tls.crt"), bundle, 0o600); err != nil {
		return nil, err
	}
	return bundle, os.WriteFile(filepath.Join(dir, "tls.key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDer}), 0o600)
}

func defineCargo(ctx context.Context, user client.Client, bundle []byte, url string) error {
	version := func(name, weight, as string) apiextensionsv1.CustomResourceDefinitionVersion {
		spec := apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
			weight: {Type: as}, "from": {Type: "string"},
		}}
		schema := apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": spec}}
		return apiextensionsv1.CustomResourceDefinitionVersion{
			Name: name, Served: true, Storage: name == group.Version,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &schema},
		}
	}
	definition := &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "cargoes." + group.Group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: group.Group,
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "cargoes", Singular: "cargo", Kind: "Cargo", ListKind: "CargoList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{
				version(group.Version, "kilograms", "integer"), version(groupV2.Version, "weight", "string"),
			},
			Conversion: &apiextensionsv1.CustomResourceConversion{
				Strategy: apiextensionsv1.WebhookConverter,
				Webhook: &apiextensionsv1.WebhookConversion{
					ConversionReviewVersions: []string{"v1"},
					ClientConfig:             &apiextensionsv1.WebhookClientConfig{URL: &url, CABundle: bundle},
				},
			},
		},
	}
	if err := user.Create(ctx, definition); err != nil {
		return err
	}
	return established(ctx, user, definition)
}
