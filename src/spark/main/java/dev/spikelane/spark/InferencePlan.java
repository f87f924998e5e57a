package dev.spikelane.spark;

import java.io.Serializable;

/**
 * What executors do with rows, all of it decided on the driver.
 *
 * @param hash SHA-256 of the model's bytes
 * @param weights {@code float}, {@code stored}, {@code int8} or {@code int16}
 * @param steps time steps of a sample
 * @param code a word of {@code InputEncoding.named}, or {@code spikes}
 * @param decoding a word of {@code Decoding.named}
 * @param earlyMargin lead in spikes that decides a label; 0 without early decisions
 * @param seed the seed of the run
 * @param batchSize samples that run side by side
 * @param divisor what bytes are divided by
 * @param handleInvalid {@code error}, {@code skip} or {@code keep}
 * @param columns where input and id are
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
     * Columns of the rows that come in.
     *
     * @param input the place of the input
     * @param kind what it holds
     * @param inputName what messages call it
     * @param id the place of the id; -1 without one
     */
    record Columns(int input, InputKind kind, String inputName, int id) implements Serializable {}
}
