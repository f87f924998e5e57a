/**
 * The meaning of files: networks in {@linkplain dev.spikelane.model.ModelFile model files}, and tensors with torch's
 * names for the values of a network, {@link dev.spikelane.model.StateDict}. Start with these two.
 *
 * <p>A model file is a safetensors file. Its tensors have the names of torch's {@code state_dict} ({@code fc1.weight},
 * {@code lif1.beta}), so that other programs can use them. Its metadata hold the graph and the models as JSON under
 * {@code spikelane}, so that a network is read without a line of code.
 */
package dev.spikelane.model;
