const makers = {
    raster: rasterChart,
    traces: tracesChart,
    rates: ratesChart,
    counts: countsChart,
    weights: weightsChart,
    confusion: confusionChart,
};

async function unpackFigure(figure) {
    for (const train of figure.panels || []) {
        await unpackTrain(train);
    }
    if (figure.train) {
        await unpackTrain(figure.train);
        figure.step = figure.train.steps;
    }
    if (figure.packed) {
        figure.values = await unpackFloats(figure.packed);
        delete figure.packed;
    }
}

async function drawFigure(figure, element) {
    await unpackFigure(figure);
    let chart = null;
    let made = null;
    const draw = () => {
        made = makers[figure.kind](figure, readTheme(), element.clientWidth);
        element.style.height = made.height + 'px';
        if (chart === null) {
            chart = echarts.init(element, null, { renderer: 'canvas' });
        } else {
            chart.resize();
        }
        chart.setOption(made.option, { notMerge: true });
    };
    draw();
    if (made.ready) {
        made.ready(chart);
    }
    if (figure.train) {
        countsControls(figure, element, () => chart.setOption({ series: [{ data: countItems(figure, readTheme(), figure.step) }] }));
    }
    let timer = 0;
    chart.on('datazoom', () => {
        clearTimeout(timer);
        timer = setTimeout(() => made.zoomed && made.zoomed(chart), 80);
    });
    let width = element.clientWidth;
    new ResizeObserver(() => {
        if (element.clientWidth !== width) {
            width = element.clientWidth;
            draw();
        }
    }).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

/** Images of the verdicts: grey values, 0 is black. */
async function drawImages(images) {
    if (!images) {
        return;
    }
    const pixels = await unpack(images.packed);
    const size = images.width * images.height;
    document.querySelectorAll('canvas[data-image]').forEach((canvas) => {
        const first = Number(canvas.dataset.image) * size;
        const context = canvas.getContext('2d');
        const image = context.createImageData(images.width, images.height);
        for (let i = 0; i < size; i++) {
            image.data.fill(pixels[first + i], 4 * i, 4 * i + 3);
            image.data[4 * i + 3] = 255;
        }
        context.putImageData(image, 0, 0);
    });
}

const content = JSON.parse(document.getElementById('content').textContent);
const drawn = content.figures.map((figure, i) => {
    const element = document.getElementById('chart-' + i);
    return drawFigure(figure, element).catch((failure) => {
        element.textContent = 'This figure could not be drawn: ' + failure.message;
        element.className = 'failure';
        console.error(failure);
    });
});
drawn.push(drawImages(content.images));
Promise.all(drawn).then(() => document.documentElement.setAttribute('data-drawn', String(content.figures.length)));
