package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pushgate/flavor"
)

// report is the violation that says everything about the push.
func report(push *flavor.Push) (violation error, err error) {
	names, err := namesOfSettings(push)
	if err != nil {
		return nil, err
	}
	tag := push.Tag()
	if tag == "" {
		tag = "none"
	}
	details := []flavor.Addition{
		flavor.Detail("reference", push.Reference()),
		flavor.Detail("registry", push.Registry()),
		flavor.Detail("repository", push.Repository()),
		flavor.Detail("tag", tag),
		flavor.Detail("registry-uri", push.RegistryURI()),
		flavor.Detail("settings", names),
		flavor.Detail("requested-at", strconv.FormatInt(push.RequestedAt().Unix(), 10)),
		flavor.Detail("dry-run", strconv.FormatBool(push.DryRun())),
	}
	if digest, err := push.Digest(); err != nil {
		details = append(details, flavor.Detail("digest", err.Error()))
	} else {
		details = append(details, flavor.Detail("digest", cmp.Or(digest, "unknown")))
	}
	if images, err := push.Images(); err != nil {
		details = append(details, flavor.Detail("images", err.Error()))
	} else {
		details = append(details, flavor.Detail("images", strconv.Itoa(len(images))))
		for number, image := range images {
			more, err := reportImage(fmt.Sprintf("image.%d.", number), image)
			if err != nil {
				return nil, err
			}
			details = append(details, more...)
		}
	}
	return flavor.Deny("report", "what the flavor sees", details...), nil
}

func reportImage(prefix string, image *flavor.Image) ([]flavor.Addition, error) {
	config, err := image.Config()
	if err != nil {
		return nil, err
	}
	execution := config.Config
	return []flavor.Addition{
		flavor.Detail(prefix+"platform", image.Platform()),
		flavor.Detail(prefix+"labels", pairs(image.Labels())),
		flavor.Detail(prefix+"architecture", config.Architecture),
		flavor.Detail(prefix+"os", config.OS),
		flavor.Detail(prefix+"user", execution.User),
		flavor.Detail(prefix+"environment", strings.Join(execution.Env, ";")),
		flavor.Detail(prefix+"command", strings.Join(append(execution.Entrypoint, execution.Cmd...), " ")),
		flavor.Detail(prefix+"ports", strings.Join(slices.Sorted(maps.Keys(execution.ExposedPorts)), ";")),
		flavor.Detail(prefix+"layers", strconv.Itoa(len(config.RootFS.DiffIDs))),
		flavor.Detail(prefix+"compressed-size", size(image.CompressedSize())),
		flavor.Detail(prefix+"uncompressed-size", size(image.UncompressedSize())),
		flavor.Detail(prefix+"annotations", pairs(image.Annotations())),
	}, nil
}

func pairs(values map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, key+"="+values[key])
	}
	return strings.Join(pairs, ";")
}

func size(bytes uint64, known bool) string {
	if !known {
		return "unknown"
	}
	return strconv.FormatUint(bytes, 10)
}
