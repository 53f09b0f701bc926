#!/bin/sh
exec /bin/bash "$@"
