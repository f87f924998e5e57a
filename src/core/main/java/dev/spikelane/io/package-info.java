/**
 * Formats of files, whose meaning {@link dev.spikelane.model} knows: IDX images and labels in, NumPy's {@code .npy} and
 * {@code .npz} arrays and safetensors in and out, tensors of {@code torch.save} in.
 *
 * <p>{@link dev.spikelane.io.Idx} reads the files of MNIST. {@link dev.spikelane.io.Npy} is one array, {@link
 * dev.spikelane.io.Tensors} any number of named {@linkplain dev.spikelane.io.Tensor tensors}, of a {@code .npz}, a
 * {@code .safetensors} with texts, or a {@code .pth}. {@link dev.spikelane.model.StateDict} brings them onto a network;
 * networks are read and written by {@link dev.spikelane.model.ModelFile}. Files of HDF5, ONNX and NIR are recognized
 * by their first bytes, and the error says what to do in Python. {@link dev.spikelane.io.EventSource} reads the
 * recordings of event cameras, which {@link dev.spikelane.io.EventBinning} makes spikes of.
 *
 * <p>Readers are strict. The worst that a file can do is an {@link java.io.IOException} whose
 * message starts with the file's name and says what was found and what was expected: sizes that a header declares are
 * checked against the bytes that are there, and the memory of a matrix against a limit, before memory is allocated, and
 * nothing in a file is ever executed. Writers
 * write to a temporary file in the target's folder and rename it, so that a file is either the old one or the new one
 * as a whole; pipes and devices are written in place.
 */
package dev.spikelane.io;
