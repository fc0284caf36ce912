select count(*) as cell_count
from {{ ref('int_rfm_cells') }}
having count(*) != 125
