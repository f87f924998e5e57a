#!/bin/sh
# Makes the sample of Fashion-MNIST in the runnable jar: the first 256 test images and their labels.
# Needs the Debian package dataset-fashion-mnist; run it in the project's top folder.
# usage: src/data/make-sample.sh [FOLDER WITH t10k-*.gz]
set -eu

source=${1:-/usr/share/datasets/fashion-mnist}
target=src/cli/main/resources/dev/spikelane/cli
count=256

# IDX: two zero bytes, type 08 (unsigned byte), number of dimensions; each dimension as a big-endian int; the bytes.
{
    printf '\000\000\010\003\000\000\001\000\000\000\000\034\000\000\000\034'
    gzip -dc "$source/t10k-images-idx3-ubyte.gz" | tail -c +17 | head -c $((count * 28 * 28))
} | gzip -9n >"$target/fashion-mnist-256-images.idx3-ubyte.gz"
{
    printf '\000\000\010\001\000\000\001\000'
    gzip -dc "$source/t10k-labels-idx1-ubyte.gz" | tail -c +9 | head -c $count
} | gzip -9n >"$target/fashion-mnist-256-labels.idx1-ubyte.gz"

require_size() {
    size=$(gzip -dc "$1" | wc -c)
    if [ "$size" -ne "$2" ]; then
        echo "$1 holds $size bytes, expected $2" >&2
        exit 1
    fi
}
require_size "$target/fashion-mnist-256-images.idx3-ubyte.gz" $((16 + count * 28 * 28))
require_size "$target/fashion-mnist-256-labels.idx1-ubyte.gz" $((8 + count))
