// Command conformance is the conformance flavor in Go. What it does is said in ../README.md.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"pushgate/flavor"
	"pushgate/flavor/log"
	"pushgate/flavor/schema"
)

//go:embed settings.schema.json
var settingsSchema string

// settings are all optional: what is nil is not asked for.
type settings struct {
	Log      bool              `json:"log"`
	Warn     *string           `json:"warn"`
	Refuse   string            `json:"refuse"`
	Report   bool              `json:"report"`
	Labels   []string          `json:"labels"`
	Registry *registryQuestion `json:"registry"`
	HTTP     *httpRequest      `json:"http"`
}

func init() {
	flavor.Register(prepare)
	schema.Register(settingsSchema)
}

func main() {}

func prepare(push *flavor.Push) error {
	var settings settings
	if err := push.Settings(&settings); err != nil {
		return err
	}
	if settings.Log {
		log.Tracef("trace")
		log.Debugf("debug")
		log.Infof("info")
		log.Warnf("warn")
		log.Errorf("error")
	}
	if settings.Warn != nil {
		log.Warnf("%s", *settings.Warn)
	}
	switch settings.Refuse {
	case "misconfigured":
		return flavor.Misconfiguredf("as the settings ask")
	case "unavailable":
		return flavor.Unavailablef("as the settings ask")
	case "other":
		return flavor.Otherf("as the settings ask")
	}

	var violations []error
	if settings.Report {
		report, err := report(push)
		if err != nil {
			return err
		}
		violations = append(violations, report)
	}
	if settings.Labels != nil {
		missing, err := missingLabels(push, settings.Labels)
		if err != nil {
			return err
		}
		violations = append(violations, missing...)
	}
	if settings.Registry != nil {
		violations = append(violations, settings.Registry.ask(push))
	}
	if settings.HTTP != nil {
		violations = append(violations, settings.HTTP.send())
	}
	return errors.Join(violations...)
}

func missingLabels(push *flavor.Push, labels []string) ([]error, error) {
	images, err := push.Images()
	if err != nil {
		return nil, flavor.Unavailablef("the images could not be looked at: %w", err)
	}
	var missing []error
	for _, image := range images {
		there := image.Labels()
		for _, label := range labels {
			if there[label] == "" {
				missing = append(missing, flavor.Deny("label.missing",
					"the image for "+image.Platform()+" has no label `"+label+"`",
					flavor.Hint("add it: LABEL "+label+"=..."),
					flavor.Detail("platform", image.Platform()), flavor.Detail("label", label)))
			}
		}
	}
	return missing, nil
}

// namesOfSettings is the names of the settings that there are, sorted.
func namesOfSettings(push *flavor.Push) (string, error) {
	var settings map[string]json.RawMessage
	if err := push.Settings(&settings); err != nil {
		return "", err
	}
	return strings.Join(slices.Sorted(maps.Keys(settings)), ","), nil
}
