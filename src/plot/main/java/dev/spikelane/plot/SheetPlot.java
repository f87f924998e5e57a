package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.picture.Picture;
import dev.spikelane.simd.Checks;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

final class SheetPlot extends Figure {

    private static final int MOST_FIGURES = 100;
    private static final int MOST_COLUMNS = 10;

    private final int columns;
    private final List<Figure> figures;

    SheetPlot(int columns, Figure... figures) {
        Checks.require(columns >= 1 && columns <= MOST_COLUMNS, "columns", columns, "1 to " + MOST_COLUMNS);
        if (figures.length < 1 || figures.length > MOST_FIGURES) {
            throw new IllegalArgumentException(figures.length + " figures, expected 1 to " + MOST_FIGURES);
        }
        for (int i = 0; i < figures.length; i++) {
            if (Objects.requireNonNull(figures[i], "figure " + i) instanceof SheetPlot) {
                throw new IllegalArgumentException("figure " + i + " is a sheet itself, expected none");
            }
        }
        this.columns = Math.min(columns, figures.length);
        this.figures = List.of(figures);
    }

    int columns() {
        return columns;
    }

    List<Figure> figures() {
        return figures;
    }

    @Override
    List<String> axes() {
        return List.of();
    }

    @Override
    Picture picture() {
        return new SheetPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        throw new IllegalArgumentException("a sheet is no chart, expected its figures");
    }

    @Override
    String describe() {
        return figures.stream().map(Figure::describe).collect(Collectors.joining("; "));
    }
}
