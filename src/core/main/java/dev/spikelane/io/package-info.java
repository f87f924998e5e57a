/**
 * File formats. This package reads IDX images and labels and tensors of {@code torch.save}, and reads and writes
 * NumPy's {@code .npy} and {@code .npz} arrays and safetensors. {@link dev.spikelane.model} interprets them.
 *
 * <p>{@link dev.spikelane.io.Idx} reads the files of MNIST. {@link dev.spikelane.io.Npy} is one array.
 * {@link dev.spikelane.io.Tensors} holds any number of named {@linkplain dev.spikelane.io.Tensor tensors} of a
 * {@code .npz}, a {@code .safetensors} with texts, or a {@code .pth}; {@link dev.spikelane.model.StateDict} loads them
 * into a network. {@link dev.spikelane.model.ModelFile} reads and writes networks. Files of HDF5, ONNX and NIR are
 * recognized by their first bytes, and the error explains how to convert them in Python.
 * {@link dev.spikelane.io.EventSource} reads recordings of event cameras, and {@link dev.spikelane.io.EventBinning}
 * converts them to spikes.
 *
 * <p>Readers are strict. A bad file causes an {@link java.io.IOException} whose message starts with the file's name and
 * states the value found and the value expected. Before memory is allocated, declared sizes are checked against the
 * file's length and the memory of a matrix against a limit. Nothing in a file is ever executed. Writers write to a
 * temporary file in the target's folder and rename it, so the target is the complete old file or the complete new one;
 * pipes and devices are written in place.
 */
package dev.spikelane.io;
