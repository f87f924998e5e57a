/**
 * File formats. This package reads and writes files of arrays; {@link dev.spikelane.model} interprets them. Read
 * {@link dev.spikelane.io.Tensors} first.
 * <ul>
 * <li>{@link dev.spikelane.io.Idx} reads the files of MNIST.
 * <li>{@link dev.spikelane.io.Npy} reads and writes one array as a matrix.
 * <li>{@link dev.spikelane.io.Tensors} holds named {@linkplain dev.spikelane.io.Tensor tensors} of {@code .npz},
 * {@code .safetensors} or {@code .pth}.
 * <li>{@link dev.spikelane.io.NirFile} reads and writes graphs.
 * <li>{@link dev.spikelane.io.EventSource} reads recordings of event cameras; {@link dev.spikelane.io.EventBinning}
 * converts them to spikes.
 * </ul>
 *
 * <p>Readers are strict. A bad file causes an {@link java.io.IOException} whose message starts with the file's name and
 * states the value found and the value expected. Declared sizes are checked against the file's length, and memory
 * against a limit, before memory is allocated. Nothing in a file is executed. Writers write a temporary file in the
 * target's folder and rename it, so the target is always a complete file; pipes and devices are written in place.
 */
package dev.spikelane.io;
