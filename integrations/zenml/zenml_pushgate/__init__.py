"""A ZenML container registry that asks pushgate before every push.

Register the flavor once, then registries of it::

    zenml container-registry flavor register \
        zenml_pushgate.flavors.PushgateContainerRegistryFlavor
    zenml container-registry register prod -f pushgate \
        --uri=registry.example.com/team --registry=prod

Whatever a ZenML container engine pushes while this registry is in the stack
lies inside the registry's URI and is approved by each of its pushgate
flavors; everything else is an exception, and nothing is pushed.
"""
