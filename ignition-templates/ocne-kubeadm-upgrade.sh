#!/bin/bash
# Nothing to do: upgrades are driven from outside the node.
exit 0
