const makers = {
    raster: rasterChart,
    traces: tracesChart,
    curves: curvesChart,
    rates: ratesChart,
    counts: countsChart,
    weights: weightsChart,
    confusion: confusionChart,
};

async function drawFigure(figure, element) {
    await unpackFigure(figure);
    if (figure.kind === 'image') {
        showImage(figure, element);
        return null;
    }
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
        stepControls(element, 0, figure.train.steps, figure.train.steps, (step) => {
            figure.step = step;
            chart.setOption({ series: countSeries(figure, readTheme()) });
        });
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
    return chart;
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
drawn.push(drawVerdicts(content.images), drawActivities(content.activities));
Promise.all(drawn).then(() => document.documentElement.setAttribute('data-drawn', String(content.figures.length)));
