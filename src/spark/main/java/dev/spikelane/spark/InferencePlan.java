package dev.spikelane.spark;

import java.io.Serializable;

/**
 * Settings of inference, sent from the driver to executors.
 *
 * @param hash SHA-256 of the model's bytes in hexadecimal
 * @param weights {@code float}, {@code stored}, {@code int8} or {@code int16}
 * @param steps time steps of a sample
 * @param code a word of {@code InputEncoding.named}, or {@code spikes}
 * @param decoding a word of {@code Decoding.named}
 * @param earlyMargin lead in spikes that decides a label early; 0 to run all steps
 * @param seed the seed of the run
 * @param batchSize samples of a batch
 * @param divisor the divisor of bytes
 * @param handleInvalid {@code error}, {@code skip} or {@code keep}
 * @param columns the input column and the id column
 */
record InferencePlan(
        String hash,
        String weights,
        int steps,
        String code,
        String decoding,
        int earlyMargin,
        long seed,
        int batchSize,
        float divisor,
        String handleInvalid,
        Columns columns)
        implements Serializable {

    /**
     * Columns of the input rows.
     *
     * @param input index of the input column
     * @param kind its type
     * @param inputName its name, for messages
     * @param id index of the id column; -1 without one
     */
    record Columns(int input, InputKind kind, String inputName, int id) implements Serializable {}
}
