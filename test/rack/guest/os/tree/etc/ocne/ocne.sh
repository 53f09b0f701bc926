#!/bin/sh
# The image's own script. Ignition overwrites it; seeing this line means that it did not.
echo 'RACK: ocne.sh of the image ran, not the one from Ignition' >/dev/ttyS0
exit 1
