package dev.spikelane.spark.cli;

/** What the commands say of themselves. The launcher runs this source by itself: help needs neither Spark nor a build. */
final class CommandHelp {

    static final String RUN = """
            Usage: ./spikelane spark run --model FILE --input PATH --output FOLDER [OPTION...]
            Classify the rows of Parquet files, or the images of an IDX file, on Spark.

              --model FILE        model file
              --input PATH        Parquet, local or in any file system that Hadoop knows; or *idx3-ubyte, or that with .gz
              --output FOLDER     Parquet: the rows, and their predictions; must not be there
              --master URL        local[2], spark://HOST:7077, yarn or k8s://...; default: local[*], or spark-submit's
              --input-col NAME    vectors, arrays, bytes or packed spikes; default: pixels
              --output-col NAME   the column of the predictions, none of the rows'; default: prediction
              --id-col NAME       int or long, by which rows get their random numbers; default: id, where there is one
              --label-col NAME    the right class, for the accuracy; default: label, where there is one
              --code CODE         frame, rate, latency, pieces or spikes; default: as the model was trained
              --steps N           time steps; default: as the model was trained
              --decoding NAME     count, first-spike, max-membrane, membrane or none; default: as the model was trained
              --seed N            seed of random numbers; default: 0
              --batch N           samples side by side in a task; default: 256
              --weights TYPE      float, stored, int8 or int16; default: float
              --early N           decide labels at a lead of N spikes; default: run all steps
              --invalid WORD      error, skip or keep rows that are no sample; default: error

            spark-submit takes the same options behind --class dev.spikelane.spark.cli.Main and the jar.
            """;

    static final String TRAIN = """
            Usage: ./spikelane spark train --input PATH --output FILE [OPTION...]
            Train a network on the rows of Parquet files, or the images of an IDX file, on Spark.

              --input PATH        Parquet, local or in any file system that Hadoop knows; or *idx3-ubyte, or that with .gz,
                                  beside its labels
              --output FILE       model file; an older one is replaced
              --master URL        local[2], spark://HOST:7077, yarn or k8s://...; default: local[*], or spark-submit's
              --model FILE        start from this model; default: a new network with a hidden layer
              --hidden N          neurons of the hidden layer; default: 1000
              --beta B            decay of the membranes; default: 0.95
              --input-col NAME    vectors, arrays or bytes; default: pixels
              --id-col NAME       int or long, the order of the rows; default: id
              --label-col NAME    the class, from 0; default: label
              --code CODE         frame, rate, latency or pieces; default: frame
              --steps N           time steps; default: 25
              --loss LOSS         membrane, max-membrane, rate or count; default: membrane
              --rate R            learning rate of Adam; default: 0.0005
              --epochs N          passes over the rows; default: 1
              --batch N           rows of a step; default: 128
              --shards N          parts of a batch, on which the weights depend; default: 8
              --seed N            seed of weights, orders and codes; default: 0
              --checkpoint FILE   a file of the driver, from which a training that was stopped goes on

            spark-submit takes the same options behind --class dev.spikelane.spark.cli.Main and the jar.
            """;

    private CommandHelp() {}

    /** The help of a command, or of all. */
    static String of(String command) {
        return switch (command) {
            case "run" -> RUN;
            case "train" -> TRAIN;
            default -> RUN + "\n" + TRAIN;
        };
    }

    /** Prints the help of a command. */
    public static void main(String[] arguments) {
        System.out.print(of(arguments.length == 0 ? "" : arguments[0]));
    }
}
