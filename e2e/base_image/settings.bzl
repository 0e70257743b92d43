"""What images set over a base's config: each has a Dockerfile beside it that sets the same."""

SETTINGS = {
    "cmd": {"Cmd": ["own", "cmd"]},
    "entrypoint": {"Entrypoint": ["echo", "own"]},
    "everything": {
        "Cmd": ["a", "b"],
        "Entrypoint": ["echo"],
        "Env": [
            "NAME=top",
            "ADDED=1",
            "EMPTY=full",
        ],
        "ExposedPorts": {"8080/tcp": {}},
        "Healthcheck": {
            "Interval": 60000000000,
            "Test": ["CMD-SHELL", "true"],
        },
        "Labels": {
            "own": "top",
            "shared": "top",
        },
        "Shell": ["/bin/sh", "-c"],
        "StopSignal": "SIGQUIT",
        "User": "0",
        "Volumes": {"/more": {}},
        "WorkingDir": "/",
    },
    "no_healthcheck": {"Healthcheck": {"Test": ["NONE"]}},
    "nothing": {},
    "user": {
        "Env": ["PATH=/bin:/sbin"],
        "User": "nobody",
    },
}
