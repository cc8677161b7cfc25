package main

import (
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
	labels := image.Labels()
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, key+"="+labels[key])
	}
	execution := config.Config
	return []flavor.Addition{
		flavor.Detail(prefix+"platform", image.Platform()),
		flavor.Detail(prefix+"labels", strings.Join(pairs, ";")),
		flavor.Detail(prefix+"architecture", config.Architecture),
		flavor.Detail(prefix+"os", config.OS),
		flavor.Detail(prefix+"user", execution.User),
		flavor.Detail(prefix+"environment", strings.Join(execution.Env, ";")),
		flavor.Detail(prefix+"command", strings.Join(append(execution.Entrypoint, execution.Cmd...), " ")),
		flavor.Detail(prefix+"ports", strings.Join(slices.Sorted(maps.Keys(execution.ExposedPorts)), ";")),
		flavor.Detail(prefix+"layers", strconv.Itoa(len(config.RootFS.DiffIDs))),
		flavor.Detail(prefix+"packed-size", size(image.PackedSize())),
		flavor.Detail(prefix+"unpacked-size", size(image.UnpackedSize())),
	}, nil
}

func size(bytes uint64, known bool) string {
	if !known {
		return "unknown"
	}
	return strconv.FormatUint(bytes, 10)
}
