package dev.spikelane.spark;

import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Parameters that {@link SpikelaneModel} and {@link SpikelaneEstimator} share: the model, and the columns and encoding
 * of samples.
 *
 * @param <T> the class itself, which the setters return
 */
public interface SampleParams<T extends SampleParams<T>> extends Params {

    /**
     * Sets the model and parses it at once.
     *
     * @param modelFile the bytes of a model file, as {@code ModelFile.toBytes} returns them; not copied
     * @return this
     * @throws IllegalArgumentException if the bytes are not a model file, or the network has several inputs
     */
    T setModel(byte[] modelFile);

    /**
     * Reads the model from a file. Later changes of the file have no effect.
     *
     * @param path a model file, local or in any file system that Hadoop supports
     * @return this
     * @throws IllegalArgumentException if the file cannot be read, or {@link #setModel(byte[])} throws
     */
    default T setModel(String path) {
        return setModel(StoredModel.read(path));
    }

    /**
     * Returns the model.
     *
     * @return the bytes of a model file; not copied
     * @throws IllegalStateException if no model has been set
     */
    byte[] model();

    /**
     * Sets the column of the samples.
     *
     * @param value name of the column; default {@code features}
     * @return this
     */
    default T setInputCol(String value) {
        set(inputCol(), value);
        return self();
    }

    /**
     * Sets the column of ids, int or long. An id selects the random numbers of a row, and training numbers rows in the
     * order of ids.
     *
     * @param value name of the column; default {@code id} for training. A model has no default and needs the column if
     *     its code draws random numbers
     * @return this
     */
    default T setIdCol(String value) {
        set(idCol(), value);
        return self();
    }

    /**
     * Sets the encoding of samples; the default is in the model's notes.
     *
     * @param value {@code frame}, {@code rate}, {@code latency} or {@code pieces}; or {@code spikes}, not for training,
     *     for binary columns of packed spikes. Each step has {@code ceil(inputs / 8)} bytes; the lowest bit is the
     *     first neuron
     * @return this
     */
    default T setCode(String value) {
        set(code(), value);
        return self();
    }

    /**
     * Sets the time steps of a sample; the default is in the model's notes.
     *
     * @param value number of steps, 1 to 100,000
     * @return this
     */
    default T setSteps(int value) {
        set(steps(), value);
        return self();
    }

    /**
     * Sets the seed of encodings and of the order of rows in training.
     *
     * @param value the seed; default 0
     * @return this
     */
    default T setSeed(long value) {
        set(seed(), value);
        return self();
    }

    /**
     * Sets the samples of a batch. It is the batch of a training step; in a model it changes only the speed.
     *
     * @param value number of samples; default 128 for training and 256 for a model, which permits at most 65,536
     * @return this
     */
    default T setBatchSize(int value) {
        set(batchSize(), value);
        return self();
    }

    /**
     * Sets the divisor of bytes.
     *
     * @param value the divisor; default 255, as in torchvision's ToTensor
     * @return this
     */
    default T setDivisor(float value) {
        set(divisor(), value);
        return self();
    }

    /**
     * Sets the treatment of invalid rows, whose sample is null, not finite, or of a wrong length.
     *
     * @param value {@code error} fails the job, {@code skip} drops the row, {@code keep}, not for training, makes its
     *     prediction null
     * @return this
     */
    default T setHandleInvalid(String value) {
        set(handleInvalid(), value);
        return self();
    }

    @SuppressWarnings("unchecked") // the class itself
    private T self() {
        return (T) this;
    }

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of the model's SHA-256, which {@link #setModel(byte[])} sets
     */
    Param<String> modelHash();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setInputCol}
     */
    Param<String> inputCol();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setIdCol}
     */
    Param<String> idCol();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setCode}
     */
    Param<String> code();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setSteps}
     */
    IntParam steps();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setSeed}
     */
    LongParam seed();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setBatchSize}
     */
    IntParam batchSize();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setDivisor}
     */
    FloatParam divisor();

    /**
     * Returns a Spark parameter.
     *
     * @return the parameter of {@link #setHandleInvalid}
     */
    Param<String> handleInvalid();
}
