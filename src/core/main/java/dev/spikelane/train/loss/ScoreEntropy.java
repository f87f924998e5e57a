package dev.spikelane.train.loss;

/** Cross-entropy of scores that depend on all steps of a sample. */
public final class ScoreEntropy extends ScoredLoss {

    private final SoftmaxTerm entropy;
    private final int shares;

    private ScoreEntropy(LossShape shape, SoftmaxTerm entropy, SampleScores scores, int shares) {
        super(shape, scores, entropy.classes());
        this.entropy = entropy;
        this.shares = shares;
    }

    public static ScoreEntropy ofCounts(LossShape shape, SoftmaxTerm entropy, ClassBlocks blocks) {
        return new ScoreEntropy(shape, entropy, new CountScores(blocks), 1);
    }

    public static ScoreEntropy ofHighestMembranes(LossShape shape, SoftmaxTerm entropy) {
        return new ScoreEntropy(shape, entropy, new HighestMembranes(shape.outputs(), false), 1);
    }

    public static ScoreEntropy ofFirstSpikes(LossShape shape, SoftmaxTerm entropy, boolean reciprocal) {
        return new ScoreEntropy(shape, entropy, new FirstSpikeScores(shape.outputs(), reciprocal), 1);
    }

    public static ScoreEntropy ofMeans(LossShape shape) {
        SoftmaxTerm entropy = new SoftmaxTerm(shape.outputs(), 1, null, 0);
        return new ScoreEntropy(shape, entropy, new MeanMembranes(), shape.steps());
    }

    @Override
    void prepare(LossRows input, int first, int end, LossSink gradient) {
        Labels.require(input, first, end, entropy.classes());
    }

    @Override
    double cost(LossRows input, int sample, LossSink gradient) {
        int label = input.labels[sample];
        double term = entropy.take(row, 0, 1, 1, label) / input.divisor;
        entropy.gradients(label, (float) (1 / (input.divisor * shares)), row, 0, 1, 1);
        LossTerms.write(gradient, sample, 0, term);
        return term;
    }
}
