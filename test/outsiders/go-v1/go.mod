module baton.local/outsiders-v1

go 1.23.8

require github.com/exoscale/egoscale v0.13.3

require (
	github.com/satori/go.uuid v1.2.0 // indirect
	gopkg.in/check.v1 v1.0.0-20201130134442-10cb98267c6c // indirect
)
