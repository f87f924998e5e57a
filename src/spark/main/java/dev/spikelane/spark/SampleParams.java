package dev.spikelane.spark;

import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What {@link SpikelaneModel} and {@link SpikelaneEstimator} have in common: a model, the columns of samples, and how
 * samples become input.
 *
 * @param <T> which of the two
 */
public interface SampleParams<T extends SampleParams<T>> extends Params {

    /**
     * Takes a model, and reads it at once.
     *
     * @param modelFile the bytes of a model file, as {@code ModelFile.toBytes} returns them; not copied
     * @return this
     * @throws IllegalArgumentException if they are no model file, or the network has several inputs
     */
    T setModel(byte[] modelFile);

    /**
     * Reads a model. What happens to the file later changes nothing.
     *
     * @param path a model file, local or in any file system that Hadoop knows
     * @return this
     * @throws IllegalArgumentException if there is none, or {@link #setModel(byte[])} refuses it
     */
    default T setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Returns the model.
     *
     * @return the bytes of a model file; not copied
     * @throws IllegalStateException if there is none
     */
    byte[] model();

    /**
     * Says the column of the samples.
     *
     * @param value its name; {@code features} without this call
     * @return this
     */
    default T setInputCol(String value) {
        set(inputCol(), value);
        return self();
    }

    /**
     * Says the column of ids, int or long. The random numbers of a row are those of its id, and training numbers rows
     * by the order of their ids.
     *
     * @param value its name; {@code id} without this call for training, and none for a model, where codes that draw
     *     need one
     * @return this
     */
    default T setIdCol(String value) {
        set(idCol(), value);
        return self();
    }

    /**
     * Says how samples become input, if not as the model notes.
     *
     * @param value {@code frame}, {@code rate}, {@code latency} or {@code pieces}; or, but not for training, {@code
     *     spikes} for binary columns of packed spikes: for each step {@code ceil(inputs / 8)} bytes, of which the
     *     lowest bit is the first neuron
     * @return this
     */
    default T setCode(String value) {
        set(code(), value);
        return self();
    }

    /**
     * Says the time steps of a sample, if not as the model notes.
     *
     * @param value steps, 1 to 100,000
     * @return this
     */
    default T setSteps(int value) {
        set(steps(), value);
        return self();
    }

    /**
     * Says the seed of codes that draw random numbers, and of the order of rows in training.
     *
     * @param value the seed; 0 without this call
     * @return this
     */
    default T setSeed(long value) {
        set(seed(), value);
        return self();
    }

    /**
     * Says the samples of a batch: those of a training step; or those that a model runs side by side in a task, which
     * changes its speed and no result.
     *
     * @param value samples; 128 without this call for training, and 256 for a model, where 65,536 is the most
     * @return this
     */
    default T setBatchSize(int value) {
        set(batchSize(), value);
        return self();
    }

    /**
     * Says what bytes are divided by.
     *
     * @param value the divisor; 255 without this call, as torchvision's ToTensor has it
     * @return this
     */
    default T setDivisor(float value) {
        set(divisor(), value);
        return self();
    }

    /**
     * Says what becomes of a row that is no sample: null, of another length, or not finite.
     *
     * @param value {@code error} fails the job, {@code skip} leaves the row out, {@code keep}, but not for training,
     *     gives it null for a prediction
     * @return this
     */
    default T setHandleInvalid(String value) {
        set(handleInvalid(), value);
        return self();
    }

    @SuppressWarnings("unchecked") // which of the two
    private T self() {
        return (T) this;
    }

    /**
     * Returns a parameter.
     *
     * @return the SHA-256 of the model, which {@link #setModel(byte[])} sets
     */
    Param<String> modelHash();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setInputCol}
     */
    Param<String> inputCol();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setIdCol}
     */
    Param<String> idCol();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setCode}
     */
    Param<String> code();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setSteps}
     */
    IntParam steps();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setSeed}
     */
    LongParam seed();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setBatchSize}
     */
    IntParam batchSize();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setDivisor}
     */
    FloatParam divisor();

    /**
     * Returns a parameter.
     *
     * @return that of {@link #setHandleInvalid}
     */
    Param<String> handleInvalid();
}
