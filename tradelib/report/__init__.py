"""The notebooks: their parameters, record and figures, the runs that execute them and the page they leave."""
