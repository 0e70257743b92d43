#!/bin/sh
[ "$("$1" --name=test)" = "hello test" ]
