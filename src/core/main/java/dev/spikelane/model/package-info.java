/**
 * The meaning of files. Networks and tensors with torch's names enter and leave. Read
 * {@linkplain dev.spikelane.model.ModelFile model files} and {@link dev.spikelane.model.StateDict} first.
 *
 * <p>A model file is a safetensors file. Its tensors have the names of torch's {@code state_dict} ({@code fc1.weight},
 * {@code lif1.beta}), so that other programs can use them. Its metadata have the graph and the models as JSON under
 * {@code spikelane}, so that a network is read without a line of code.
 */
package dev.spikelane.model;
