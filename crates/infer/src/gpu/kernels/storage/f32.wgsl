alias Stored = f32;
alias Stored4 = vec4<f32>;
