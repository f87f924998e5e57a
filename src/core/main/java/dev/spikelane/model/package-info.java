/**
 * The meaning of files: networks in model files, and tensors that go onto networks by torch's names, {@link
 * dev.spikelane.model.StateDict}.
 *
 * <p>A model file is a safetensors file. Its tensors have the names of torch's {@code state_dict} ({@code fc1.weight},
 * {@code lif1.beta}), so that other programs can use them; its metadata hold, as JSON under {@code spikelane}, the
 * graph and the models, so that a network comes back without a line of code.
 */
package dev.spikelane.model;
